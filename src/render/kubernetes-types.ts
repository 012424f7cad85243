/**
 * Which fields of Kubernetes' own kinds hold texts. Written by `scripts/kubernetes-types.ts`.
 *
 * Each line defines a type, to which other lines refer by its number, counted from 0. It has groups of fields: a code
 * for what the fields hold, a colon, and their names. The codes: none for a text, `!` for bytes in base64, a number for
 * that type, `[` and `{` for a list and a map of what the rest of the code says. Fields without texts are left out:
 * numbers, times, quantities, and values of several types.
 */
export const TYPES = `
:apiVersion,kind,name,uid
{:annotations,labels [:finalizers :generateName,name,namespace,resourceVersion,selfLink,uid [0:ownerReferences
:expression,name
[:apiGroups,apiVersions,operations,resourceNames,resources :scope
:key,operator [:values
[4:matchExpressions {:matchLabels
[3:excludeResourceRules,resourceRules :matchPolicy 5:namespaceSelector,objectSelector
:expression
7:applyConfiguration,jsonPatch :patchType
:apiVersion,kind
:failurePolicy,reinvocationPolicy [2:matchConditions,variables 6:matchConstraints [8:mutations 9:paramKind
:apiVersion,kind 1:metadata 10:spec
:name,namespace,parameterNotFoundAction 5:selector
6:matchResources 12:paramRef :policyName
:apiVersion,kind 1:metadata 13:spec
:name,namespace,path
!:caBundle 15:service :url
[:apiGroups,apiVersions,operations,resources :scope
[:admissionReviewVersions 16:clientConfig :failurePolicy,matchPolicy,name,reinvocationPolicy,sideEffects [2:matchConditions 5:namespaceSelector,objectSelector [17:rules
:apiVersion,kind 1:metadata [18:webhooks
:key,valueExpression
:expression,message,messageExpression,reason
[20:auditAnnotations :failurePolicy [2:matchConditions,variables 6:matchConstraints 9:paramKind [21:validations
:apiVersion,kind 1:metadata 22:spec
6:matchResources 12:paramRef :policyName [:validationActions
:apiVersion,kind 1:metadata 24:spec
[:admissionReviewVersions 16:clientConfig :failurePolicy,matchPolicy,name,sideEffects [2:matchConditions 5:namespaceSelector,objectSelector [17:rules
:apiVersion,kind 1:metadata [26:webhooks
:apiVersion,kind 1:metadata
[4:matchExpressions,matchFields
29:preference
[29:nodeSelectorTerms
[30:preferredDuringSchedulingIgnoredDuringExecution 31:requiredDuringSchedulingIgnoredDuringExecution
5:labelSelector,namespaceSelector [:matchLabelKeys,mismatchLabelKeys,namespaces :topologyKey
33:podAffinityTerm
[34:preferredDuringSchedulingIgnoredDuringExecution [33:requiredDuringSchedulingIgnoredDuringExecution
32:nodeAffinity 35:podAffinity,podAntiAffinity
:key,name
:apiVersion,fieldPath
:key,path,volumeName
:containerName,resource
37:configMapKeyRef,secretKeyRef 38:fieldRef 39:fileKeyRef 40:resourceFieldRef
:name,value 41:valueFrom
:name
43:configMapRef,secretRef :prefix
[:command
:name,value
:host,path,scheme [46:httpHeaders
:host
45:exec 47:httpGet 48:tcpSocket
49:postStart,preStop :stopSignal
:service
45:exec 51:grpc 47:httpGet 48:tcpSocket
:hostIP,name,protocol
:resourceName,restartPolicy
:name,request
[55:claims
:operator
:action 57:exitCodes
:localhostProfile,type
[:add,drop
:level,role,type,user
:gmsaCredentialSpec,gmsaCredentialSpecName,runAsUserName
59:appArmorProfile,seccompProfile 60:capabilities :procMount 61:seLinuxOptions 62:windowsOptions
:devicePath,name
:mountPath,mountPropagation,name,recursiveReadOnly,subPath,subPathExpr
[:args,command [42:env [44:envFrom :image,imagePullPolicy,name,restartPolicy,terminationMessagePath,terminationMessagePolicy,workingDir 50:lifecycle 52:livenessProbe,readinessProbe,startupProbe [53:ports [54:resizePolicy 56:resources [58:restartPolicyRules 63:securityContext [64:volumeDevices [65:volumeMounts
[:nameservers,searches [46:options
[:args,command [42:env [44:envFrom :image,imagePullPolicy,name,restartPolicy,targetContainerName,terminationMessagePath,terminationMessagePolicy,workingDir 50:lifecycle 52:livenessProbe,readinessProbe,startupProbe [53:ports [54:resizePolicy 56:resources [58:restartPolicyRules 63:securityContext [64:volumeDevices [65:volumeMounts
[:hostnames :ip
:conditionType
:name,resourceClaimName,resourceClaimTemplateName
:podGroupName
59:appArmorProfile,seccompProfile :fsGroupChangePolicy,seLinuxChangePolicy,supplementalGroupsPolicy 61:seLinuxOptions [46:sysctls 62:windowsOptions
:effect,key,operator,value
5:labelSelector [:matchLabelKeys :nodeAffinityPolicy,nodeTaintsPolicy,topologyKey,whenUnsatisfiable
:fsType,volumeID
:cachingMode,diskName,diskURI,fsType,kind
:secretName,shareName
[:monitors :path,secretFile,user 43:secretRef
:fsType,volumeID 43:secretRef
:key,path
[81:items :name
:driver,fsType 43:nodePublishSecretRef {:volumeAttributes
38:fieldRef :path 40:resourceFieldRef
[84:items
:medium
:apiGroup,kind,name
:apiGroup,kind,name,namespace
[:accessModes 87:dataSource 88:dataSourceRef 5:selector :storageClassName,volumeAttributesClassName,volumeMode,volumeName
1:metadata 89:spec
90:volumeClaimTemplate
:fsType [:targetWWNs,wwids
:driver,fsType {:options 43:secretRef
:datasetName,datasetUUID
:fsType,pdName
:directory,repository,revision
:endpoints,path
:path,type
:pullPolicy,reference
:fsType,initiatorName,iqn,iscsiInterface,targetPortal [:portals 43:secretRef
:path,server
:claimName
:fsType,pdID
5:labelSelector :name,path,signerName
:certificateChainPath,credentialBundlePath,keyPath,keyType,signerName {:userAnnotations
:audience,path
104:clusterTrustBundle 82:configMap,secret 85:downwardAPI 105:podCertificate 106:serviceAccountToken
[107:sources
:group,registry,tenant,user,volume
:fsType,image,keyring,pool,user [:monitors 43:secretRef
:fsType,gateway,protectionDomain,storageMode,storagePool,system,volumeName 43:secretRef
[81:items :secretName
:fsType,volumeName,volumeNamespace 43:secretRef
:fsType,storagePolicyID,storagePolicyName,volumePath
76:awsElasticBlockStore,portworxVolume 77:azureDisk 78:azureFile 79:cephfs 80:cinder 82:configMap 83:csi 85:downwardAPI 86:emptyDir 91:ephemeral 92:fc 93:flexVolume 94:flocker 95:gcePersistentDisk 96:gitRepo 97:glusterfs 98:hostPath 99:image 100:iscsi :name 101:nfs 102:persistentVolumeClaim 103:photonPersistentDisk 108:projected 109:quobyte 110:rbd 111:scaleIO 112:secret 113:storageos 114:vsphereVolume
36:affinity [66:containers,initContainers 67:dnsConfig :dnsPolicy,hostname,hostnameOverride,nodeName,preemptionPolicy,priorityClassName,restartPolicy,runtimeClassName,schedulerName,serviceAccount,serviceAccountName,subdomain [68:ephemeralContainers [69:hostAliases [43:imagePullSecrets,schedulingGates {:nodeSelector 43:os [70:readinessGates [71:resourceClaims 56:resources 72:schedulingGroup 73:securityContext [74:tolerations [75:topologySpreadConstraints [115:volumes
1:metadata 116:spec
:type
5:selector 117:template 118:updateStrategy
:apiVersion,kind 1:metadata 119:spec
5:selector 118:strategy 117:template
:apiVersion,kind 1:metadata 121:spec
5:selector 117:template
:apiVersion,kind 1:metadata 123:spec
:whenDeleted,whenScaled
:apiVersion,kind 1:metadata 89:spec
125:persistentVolumeClaimRetentionPolicy :podManagementPolicy,serviceName 5:selector 117:template 118:updateStrategy [126:volumeClaimTemplates
:apiVersion,kind 1:metadata 127:spec
[:audiences 0:boundObjectRef
:apiVersion,kind 1:metadata 129:spec
[:audiences :token
:apiVersion,kind 1:metadata 131:spec
:path,verb
:rawSelector [4:requirements
134:fieldSelector,labelSelector :group,name,namespace,resource,subresource,verb,version
{[:extra [:groups 133:nonResourceAttributes 135:resourceAttributes :uid,user
:apiVersion,kind 1:metadata 136:spec
133:nonResourceAttributes 135:resourceAttributes
:apiVersion,kind 1:metadata 138:spec
:namespace
:apiVersion,kind 1:metadata 140:spec
:apiVersion,kind,name
142:scaleTargetRef
:apiVersion,kind 1:metadata 143:spec
[118:policies :selectPolicy
145:scaleDown,scaleUp
:container,name 118:target
:name 5:selector
148:metric 118:target
142:describedObject 148:metric 118:target
:name 118:target
147:containerResource 149:external,pods 150:object 151:resource :type
146:behavior [152:metrics 142:scaleTargetRef
:apiVersion,kind 1:metadata 153:spec
:containerName,operator
:status,type
:action 155:onExitCodes [156:onPodConditions
[157:rules
:succeededIndexes
[159:rules
:completionMode,managedBy,podReplacementPolicy 158:podFailurePolicy 5:selector 160:successPolicy 117:template
1:metadata 161:spec
:concurrencyPolicy,schedule,timeZone 162:jobTemplate
:apiVersion,kind 1:metadata 163:spec
:apiVersion,kind 1:metadata 161:spec
{[:extra [:groups,usages !:request :signerName,uid,username
:apiVersion,kind 1:metadata 166:spec
:holderIdentity,preferredHolder,strategy
:apiVersion,kind 1:metadata 168:spec
:binaryVersion,emulationVersion,leaseName,strategy
:apiVersion,kind 1:metadata 170:spec
:apiVersion,fieldPath,kind,name,namespace,resourceVersion,uid
:apiVersion,kind 1:metadata 172:target
:error,message,status,type
:apiVersion,kind [174:conditions 1:metadata
:apiVersion,kind {!:binaryData {:data 1:metadata
:hostname,ip,nodeName 172:targetRef
:appProtocol,name,protocol
[177:addresses,notReadyAddresses [178:ports
:apiVersion,kind 1:metadata [179:subsets
:component,host
:action,apiVersion,kind,message,reason,reportingComponent,reportingInstance,type 172:involvedObject,related 1:metadata 181:source
[118:limits
:apiVersion,kind 1:metadata 183:spec
[:finalizers
:apiVersion,kind 1:metadata 185:spec
:kubeletConfigKey,name,namespace,resourceVersion,uid
187:configMap
:effect,key,value
188:configSource :externalID,podCIDR,providerID [:podCIDRs [189:taints
:apiVersion,kind 1:metadata 190:spec
:secretName,secretNamespace,shareName
:name,namespace
[:monitors :path,secretFile,user 193:secretRef
:fsType,volumeID 193:secretRef
193:controllerExpandSecretRef,controllerPublishSecretRef,nodeExpandSecretRef,nodePublishSecretRef,nodeStageSecretRef :driver,fsType,volumeHandle {:volumeAttributes
:driver,fsType {:options 193:secretRef
:endpoints,endpointsNamespace,path
:fsType,initiatorName,iqn,iscsiInterface,targetPortal [:portals 193:secretRef
:fsType,path
31:required
:fsType,image,keyring,pool,user [:monitors 193:secretRef
:fsType,gateway,protectionDomain,storageMode,storagePool,system,volumeName 193:secretRef
:fsType,volumeName,volumeNamespace 172:secretRef
[:accessModes,mountOptions 76:awsElasticBlockStore,portworxVolume 77:azureDisk 192:azureFile 194:cephfs 195:cinder 172:claimRef 196:csi 92:fc 197:flexVolume 94:flocker 95:gcePersistentDisk 198:glusterfs 98:hostPath 199:iscsi 200:local 101:nfs 201:nodeAffinity :persistentVolumeReclaimPolicy,storageClassName,volumeAttributesClassName,volumeMode 103:photonPersistentDisk 109:quobyte 202:rbd 203:scaleIO 204:storageos 114:vsphereVolume
:apiVersion,kind 1:metadata 205:spec
:apiVersion,kind 1:metadata 116:spec
:apiVersion,kind 1:metadata 117:template
{:selector 117:template
:apiVersion,kind 1:metadata 209:spec
:operator,scopeName [:values
[211:matchExpressions
212:scopeSelector [:scopes
:apiVersion,kind 1:metadata 213:spec
:apiVersion,kind,type {!:data 1:metadata {:stringData
:clusterIP,externalName,externalTrafficPolicy,internalTrafficPolicy,ipFamilyPolicy,loadBalancerClass,loadBalancerIP,sessionAffinity,trafficDistribution,type [:clusterIPs,externalIPs,ipFamilies,loadBalancerSourceRanges [178:ports {:selector
:apiVersion,kind 1:metadata 216:spec
:apiVersion,kind [43:imagePullSecrets 1:metadata [172:secrets
[43:forNodes,forZones
[:addresses {:deprecatedTopology 219:hints :hostname,nodeName,zone 172:targetRef
:addressType,apiVersion,kind [220:endpoints 1:metadata [178:ports
:action,apiVersion,kind,note,reason,reportingController,reportingInstance,type 181:deprecatedSource 1:metadata 172:regarding,related
[:nonResourceURLs,verbs
[:apiGroups,namespaces,resources,verbs
43:group,user :kind 193:serviceAccount
[223:nonResourceRules [224:resourceRules [225:subjects
118:distinguisherMethod 43:priorityLevelConfiguration [226:rules
:apiVersion,kind 1:metadata 227:spec
118:limitResponse
229:limited :type
:apiVersion,kind 1:metadata 230:spec
:group,name,namespace,resource
232:parentRef
:apiVersion,kind 1:metadata 233:spec
:name 43:port
87:resource 235:service
236:backend :path,pathType
[237:paths
:host 238:http
[:hosts :secretName
236:defaultBackend :ingressClassName [239:rules [240:tls
:apiVersion,kind 1:metadata 241:spec
:apiGroup,kind,name,namespace,scope
:controller 243:parameters
:apiVersion,kind 1:metadata 244:spec
:protocol
:cidr [:except
247:ipBlock 5:namespaceSelector,podSelector
[246:ports [248:to
[248:from [246:ports
[249:egress [250:ingress 5:podSelector [:policyTypes
:apiVersion,kind 1:metadata 251:spec
[:cidrs
:apiVersion,kind 1:metadata 253:spec
{:nodeSelector [74:tolerations
:apiVersion,handler,kind 1:metadata 255:scheduling
:resourceVersion,uid
:apiVersion,kind,propagationPolicy [:dryRun 257:preconditions
:apiVersion,kind 258:deleteOptions 1:metadata
5:selector :unhealthyPodEvictionPolicy
:apiVersion,kind 1:metadata 260:spec
[5:clusterRoleSelectors
[:apiGroups,nonResourceURLs,resourceNames,resources,verbs
262:aggregationRule :apiVersion,kind 1:metadata [263:rules
:apiVersion,kind 1:metadata 87:roleRef [88:subjects
:apiVersion,kind 1:metadata [263:rules
:driver
267:opaque
7:cel
[268:config :extendedResourceName [269:selectors
:apiVersion,kind 1:metadata 270:spec
267:opaque [:requests
:distinctAttribute,matchAttribute [:requests
:allocationMode,deviceClassName [269:selectors [74:tolerations
:allocationMode,deviceClassName,name [269:selectors [74:tolerations
274:exactly [275:firstAvailable :name
[272:config [273:constraints [276:requests
277:devices
:apiVersion,kind 1:metadata 278:spec
1:metadata 278:spec
:apiVersion,kind 1:metadata 280:spec
:string,version [:strings,versions
:counterSet
:capacityKey
{282:attributes [:bindingConditions,bindingFailureConditions [283:consumesCounters :name,nodeName {284:nodeAllocatableResourceMappings 31:nodeSelector [189:taints
[285:devices :driver,nodeName 31:nodeSelector 43:pool [43:sharedCounters
:apiVersion,kind 1:metadata 286:spec
:device,driver,pool
288:deviceSelector 189:taint
:apiVersion,kind 1:metadata 289:spec
:driver,poolName
:apiVersion,kind 1:metadata 291:spec
:allocationMode,deviceClassName,name [275:firstAvailable [269:selectors [74:tolerations
[272:config [273:constraints [293:requests
294:devices
:apiVersion,kind 1:metadata 295:spec
1:metadata 295:spec
:apiVersion,kind 1:metadata 297:spec
{282:attributes [:bindingConditions,bindingFailureConditions [283:consumesCounters {284:nodeAllocatableResourceMappings :nodeName 31:nodeSelector [189:taints
299:basic :name
[300:devices :driver,nodeName 31:nodeSelector 43:pool [43:sharedCounters
:apiVersion,kind 1:metadata 301:spec
:apiVersion,description,kind,preemptionPolicy 1:metadata
:audience
:fsGroupPolicy [304:tokenRequests [:volumeLifecycleModes
:apiVersion,kind 1:metadata 305:spec
:name,nodeID [:topologyKeys
[307:drivers
:apiVersion,kind 1:metadata 308:spec
:apiVersion,kind,storageClassName 1:metadata 5:nodeTopology
:key [:values
[311:matchLabelExpressions
[312:allowedTopologies :apiVersion,kind,provisioner,reclaimPolicy,volumeBindingMode 1:metadata [:mountOptions {:parameters
205:inlineVolumeSpec :persistentVolumeName
:attacher,nodeName 314:source
:apiVersion,kind 1:metadata 315:spec
:apiVersion,driverName,kind 1:metadata {:parameters
16:clientConfig [:conversionReviewVersions
:strategy 318:webhook
[:categories,shortNames :kind,listKind,plural,singular
:description,format,jsonPath,name,type
:$ref,$schema,description,format,id,pattern,title,type,x-kubernetes-list-type,x-kubernetes-map-type [322:allOf,anyOf,oneOf {322:definitions,patternProperties,properties 323:externalDocs 322:not [:required,x-kubernetes-list-map-keys [324:x-kubernetes-validations
:description,url
:fieldPath,message,messageExpression,reason,rule
322:openAPIV3Schema
:jsonPath
:labelSelectorPath,specReplicasPath,statusReplicasPath
327:scale
[321:additionalPrinterColumns :deprecationWarning,name 325:schema [326:selectableFields 328:subresources
319:conversion :group,scope 320:names [329:versions
:apiVersion,kind 1:metadata 330:spec
:field,message,reason
[332:causes :group,kind,name,uid
:selector
:continue,resourceVersion,selfLink 334:shardInfo
:apiVersion,kind,message,reason 333:details 335:metadata
!:caBundle :group,version 193:service
:apiVersion,kind 1:metadata 337:spec
`;

/** The type of each kind. */
export const KINDS = `
11:MutatingAdmissionPolicy.admissionregistration.k8s.io
14:MutatingAdmissionPolicyBinding.admissionregistration.k8s.io
19:MutatingWebhookConfiguration.admissionregistration.k8s.io
23:ValidatingAdmissionPolicy.admissionregistration.k8s.io
25:ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io
27:ValidatingWebhookConfiguration.admissionregistration.k8s.io
28:StorageVersion.internal.apiserver.k8s.io
28:ControllerRevision.apps
120:DaemonSet.apps
122:Deployment.apps
124:ReplicaSet.apps
128:StatefulSet.apps
28:SelfSubjectReview.authentication.k8s.io
130:TokenRequest.authentication.k8s.io
132:TokenReview.authentication.k8s.io
137:LocalSubjectAccessReview.authorization.k8s.io
139:SelfSubjectAccessReview.authorization.k8s.io
141:SelfSubjectRulesReview.authorization.k8s.io
137:SubjectAccessReview.authorization.k8s.io
154:HorizontalPodAutoscaler.autoscaling
28:Scale.autoscaling
164:CronJob.batch
165:Job.batch
167:CertificateSigningRequest.certificates.k8s.io
169:Lease.coordination.k8s.io
171:LeaseCandidate.coordination.k8s.io
173:Binding
175:ComponentStatus
176:ConfigMap
180:Endpoints
182:Event
184:LimitRange
186:Namespace
191:Node
206:PersistentVolume
126:PersistentVolumeClaim
207:Pod
208:PodTemplate
210:ReplicationController
214:ResourceQuota
215:Secret
217:Service
218:ServiceAccount
221:EndpointSlice.discovery.k8s.io
222:Event.events.k8s.io
228:FlowSchema.flowcontrol.apiserver.k8s.io
231:PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io
234:IPAddress.networking.k8s.io
242:Ingress.networking.k8s.io
245:IngressClass.networking.k8s.io
252:NetworkPolicy.networking.k8s.io
254:ServiceCIDR.networking.k8s.io
256:RuntimeClass.node.k8s.io
259:Eviction.policy
261:PodDisruptionBudget.policy
264:ClusterRole.rbac.authorization.k8s.io
265:ClusterRoleBinding.rbac.authorization.k8s.io
266:Role.rbac.authorization.k8s.io
265:RoleBinding.rbac.authorization.k8s.io
271:DeviceClass.resource.k8s.io
279:ResourceClaim.resource.k8s.io
281:ResourceClaimTemplate.resource.k8s.io
287:ResourceSlice.resource.k8s.io
290:DeviceTaintRule.resource.k8s.io
292:ResourcePoolStatusRequest.resource.k8s.io
303:PriorityClass.scheduling.k8s.io
306:CSIDriver.storage.k8s.io
309:CSINode.storage.k8s.io
310:CSIStorageCapacity.storage.k8s.io
313:StorageClass.storage.k8s.io
316:VolumeAttachment.storage.k8s.io
317:VolumeAttributesClass.storage.k8s.io
331:CustomResourceDefinition.apiextensions.k8s.io
336:Status
338:APIService.apiregistration.k8s.io
`;
